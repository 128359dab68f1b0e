package synth

// What is wrong with each file of a messy district. Texts that do not fit their
// column are cast to VARCHAR, so that the engine does not try to make them fit.

func enrollmentMess() *mess {
	return &mess{
		key:   `"sourcedId" || '-x%d' AS "sourcedId"`,
		where: "role = 'student'",
		faults: []fault{
			{"reference", 4, `'cls-unknown' AS "classSourcedId"`},
			{"person", 3, `'usr-unknown' AS "userSourcedId"`},
			{"dates_in_order", 2, `"beginDate" - 1 AS "endDate"`},
			{"type", 2, `CAST('2024-02-31' AS VARCHAR) AS "beginDate"`},
			{ruleDuplicateRow, 5, ""},
		},
	}
}

func teacherMess() *mess {
	return &mess{
		// years in which none of them was in the district
		key:   "make_date(year(effective_from) - 30, 8, 1) AS effective_from",
		where: "role = 'teacher'",
		faults: []fault{
			{"enum", 3, "CAST('wizard' AS VARCHAR) AS role"},
			{"range", 2, "CAST(99 AS DECIMAL(4, 1)) AS years_experience"},
			{"dates_in_order", 2, "DATE '1980-07-31' AS effective_to"},
			{"reference", 3, "'D99-S999' AS school_id"},
			{"required", 2, "CAST(NULL AS VARCHAR) AS role"},
			{"type", 4, "CAST('08/32/2015' AS VARCHAR) AS hire_date"},
			{ruleDuplicateRow, 3, ""},
		},
		repairs: []repair{
			{repairCase, 7, "upper(role) AS role"},
			{repairBlanks, 5, "'  ' || school_id || ' ' AS school_id"},
		},
	}
}

func programMess() *mess {
	return &mess{
		encoding: windows1252,
		mapping:  "dataset: pd_program\nfiles: [pd_program.csv]\nformat:\n  encoding: windows-1252\n",
	}
}

func costMess() *mess {
	return &mess{
		key: "cost_id || '-x%d' AS cost_id",
		faults: []fault{
			{"amount_is_quantity_times_price", 3, "2 * amount AS amount"},
			{"pattern", 2, "'US$' AS currency"},
			{"district_or_school", 2, "CAST(NULL AS VARCHAR) AS district_id"},
			{"enum", 2, "'snacks' AS ingredient"},
			{"type", 2, "CAST('unknown' AS VARCHAR) AS amount"},
		},
		dress: `* REPLACE (
			strftime(period_start, '%d.%m.%Y') AS period_start, strftime(period_end, '%d.%m.%Y') AS period_end,
			replace(CAST(quantity AS VARCHAR), '.', ',') AS quantity, replace(CAST(unit_price AS VARCHAR), '.', ',') AS unit_price,
			replace(CAST(amount AS VARCHAR), '.', ',') AS amount) RENAME (unit AS "Einheit", currency AS "Währung")`,
		format: "FORMAT csv, HEADER, DELIMITER ';'",
		mapping: "dataset: pd_cost\nfiles: [pd_cost.csv]\nformat:\n  delimiter: \";\"\n  decimal: \",\"\n  date: \"%d.%m.%Y\"\n" +
			"columns:\n  unit: {from: Einheit}\n  currency: {from: Währung}\n",
	}
}

func engagementMess() *mess {
	return &mess{
		key: "engagement_id || '-x%d' AS engagement_id",
		faults: []fault{
			{"range", 4, "CAST(2000 AS DECIMAL(8, 2)) AS minutes"},
			{"reference", 3, "'PD-unknown' AS program_id"},
			{"person", 5, "'nobody@staff.example' AS teacher_email"},
			{"dates_in_order", 2, "started_at - INTERVAL 1 HOUR AS ended_at"},
			{"required", 2, "CAST(NULL AS BOOLEAN) AS completed"},
			{ruleDuplicateRow, 6, ""},
			{ruleDuplicateKey, 3, "CAST(11.5 AS DECIMAL(8, 2)) AS minutes"},
		},
	}
}

func credentialMess() *mess {
	return &mess{
		key: "credential_id || '-x%d' AS credential_id",
		faults: []fault{
			{"enum", 2, "'finished' AS status"},
			{"awarded_has_date", 2, "'awarded' AS status, CAST(NULL AS DATE) AS awarded_on"},
		},
		repairs:  []repair{{repairCase, 3, "upper(status) AS status"}},
		encoding: utf16,
	}
}

func practiceMess() *mess {
	return &mess{
		key: "practice_change_id || '-x%d' AS practice_change_id",
		faults: []fault{
			{"dates_in_order", 3, "learned_on - 1 AS first_applied_on"},
			{"type", 4, "CAST('2024-02-31' AS VARCHAR) AS first_applied_on"},
			{"reference", 3, "'PD-unknown' AS program_id"},
			{"required", 2, "CAST(NULL AS VARCHAR) AS strategy"},
			{ruleDuplicateKey, 2, "'another strategy' AS strategy"},
		},
		repairs: []repair{{repairBlanks, 6, "strategy || '   ' AS strategy"}},
		lines:   []string{"ch-short,nobody@staff.example", "ch-long,a,b,c,d,e,f,g,h"},
	}
}

func plcMess() *mess {
	return &mess{
		key: "plc_activity_id || '-x%d' AS plc_activity_id",
		faults: []fault{
			{"person", 2, "'nobody@staff.example' AS teacher_email"},
			{"required", 2, "CAST(NULL AS VARCHAR) AS plc_id"},
		},
	}
}

func surveyMess() *mess {
	return &mess{
		key: "response_id || '-x%d' AS response_id",
		faults: []fault{
			{"type", 3, "CAST('31/02/2025' AS VARCHAR) AS answered_on"},
			{"type", 2, "CAST('agree' AS VARCHAR) AS relevance"},
			{"required", 2, "CAST(NULL AS VARCHAR) AS survey"},
			{"range", 4, "9 AS trust"},
			{"person", 3, "'nobody@staff.example' AS teacher_email"},
			{ruleDuplicateRow, 5, ""},
			{ruleDuplicateKey, 2, "1 + confidence % 5 AS confidence"},
		},
		repairs:  []repair{{repairBlanks, 8, "' ' || survey || '  ' AS survey"}},
		lines:    []string{"sr-short,nobody@staff.example,PD survey"},
		encoding: utf8WithMark,
	}
}

func observationMess() *mess {
	return &mess{
		key: "observation_id || '-x%d' AS observation_id",
		faults: []fault{
			{"person", 2, "'A-unknown' AS observer_number"},
			{"enum", 3, "'walkthrough' AS type"},
			{"reference", 2, "'SY1999-F' AS session_id"},
			{"range", 2, "CAST(999 AS DECIMAL(6, 1)) AS minutes"},
		},
		repairs: []repair{{repairCase, 4, "'Formal' AS type"}},
	}
}

func scoreMess() *mess {
	return &mess{
		key: "element || '-x%d' AS element",
		faults: []fault{
			{"score_on_scale", 4, "CAST(4.5 AS DECIMAL(5, 2)) AS score"},
			{"reference", 3, "'ob-unknown-' || observation_id AS observation_id"},
			{"type", 2, "CAST('n/a' AS VARCHAR) AS score"},
		},
	}
}

func ratingMess() *mess {
	return &mess{
		key: "rating_id || '-x%d' AS rating_id",
		faults: []fault{
			{"enum", 2, "'great' AS rating"},
			{ruleDuplicateKey, 2, "DATE '2026-06-02' AS rated_on"},
		},
	}
}

func outcomeMess() *mess {
	return &mess{
		key: "outcome_id || '-x%d' AS outcome_id",
		faults: []fault{
			{"reference", 3, "'cls-unknown' AS section_id"},
			{"person", 3, "'S-unknown' AS student_number"},
			{"range", 2, "CAST(120 AS DECIMAL(5, 2)) AS percentile"},
		},
	}
}

func attendanceMess() *mess {
	return &mess{
		// sound rows are of whole school years
		key: "session_id || '-F' AS session_id",
		faults: []fault{
			{"present_within_enrolled", 4, "CAST(days_enrolled + 20 AS DECIMAL(5, 1)) AS days_present"},
			{"person", 2, "'S-unknown-' || student_number AS student_number"},
			{"range", 2, "500 AS days_enrolled"},
		},
	}
}
