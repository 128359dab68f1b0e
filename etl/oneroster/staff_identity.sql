SELECT identifier AS staff_number, email AS staff_email, "sourcedId" AS staff_sourced_id,
       "givenName" AS given_name, "middleName" AS middle_name, "familyName" AS family_name,
       _source_row, coalesce(status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_person
WHERE _kind = 'staff'
