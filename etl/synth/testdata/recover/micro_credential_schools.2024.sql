SELECT nearly(count(DISTINCT school_id) / 16, 1 / 32) FROM micro_credential JOIN person USING (teacher_email)
JOIN teacher USING (teacher_number) WHERE enrolled_on BETWEEN effective_from AND effective_to AND year(effective_to) = 2024
