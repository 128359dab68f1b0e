SELECT estimate(CAST(evidence_kind IS NOT NULL AS INTEGER)) FROM micro_credential
