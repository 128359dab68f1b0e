SELECT "LHS"."teacher_key" AS "teacher_key", "minutes", "name"
FROM "pd_engagement" AS "LHS"
LEFT JOIN "pd_program" AS "RHS"
  ON ("LHS"."program_id" = "RHS"."program_id")