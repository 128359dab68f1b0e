SELECT 'pa-' || (16 * ty + k) AS plc_activity_id, mail(teacher_number) AS teacher_email, 'plc-' || school_id || '-' || ends AS plc_id,
       make_date(ends - 1, 10, 10) + CAST(22 * k AS INTEGER) AS met_on, CAST(50 + 8 * z('plc minutes', 16 * ty + k) AS DECIMAL(8, 2)) AS minutes,
       CASE WHEN u('plc role', ty) < 0.15 THEN 'facilitator' ELSE 'member' END AS role
FROM participation JOIN school_year USING (y) JOIN school USING (s), LATERAL (SELECT unnest(range(8)) AS k) WHERE arm = 8 ORDER BY ty, k
