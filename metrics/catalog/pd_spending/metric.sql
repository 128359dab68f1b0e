-- One row for each booked cost.
SELECT
  c.district_id,
  c.school_id,
  p.kind AS program_kind,
  c.program_id,
  'ingredient' AS breakdown,
  c.ingredient AS category,
  NULL AS category_order,
  c.amount AS value
FROM pd_cost c
JOIN pd_program p USING (program_id)
