SELECT estimate(CAST(changed_practice AS INTEGER)) FROM survey
