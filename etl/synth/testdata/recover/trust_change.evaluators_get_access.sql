SELECT difference(estimate(CASE WHEN answered_on >= shared_on THEN trust END), estimate(CASE WHEN answered_on < coalesce(shared_on, DATE '9999-01-01') THEN trust END))
FROM survey LEFT JOIN shared USING (school_id)
