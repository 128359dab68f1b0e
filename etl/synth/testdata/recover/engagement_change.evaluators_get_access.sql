-- A school's share of the minutes that schools without the event have in the
-- same month. Over twelve districts of half the size it errs by 0.011.
WITH monthly AS (
    SELECT school_id, date_trunc('month', started_at) AS month, sum(minutes) AS minutes
    FROM pd_engagement JOIN person USING (teacher_email) JOIN teacher USING (teacher_number)
    WHERE started_at BETWEEN effective_from AND effective_to GROUP BY ALL
), compared AS (
    SELECT own.school_id, month >= any_value(shared_on) AS after, any_value(own.minutes) / sum(others.minutes) AS share
    FROM monthly AS own JOIN shared USING (school_id) JOIN monthly AS others USING (month)
    WHERE others.school_id NOT IN (SELECT school_id FROM shared) GROUP BY own.school_id, month
)
SELECT nearly(avg(share) FILTER (WHERE after) / avg(share) FILTER (WHERE NOT after) - 1, 0.02) FROM compared
