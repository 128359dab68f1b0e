SELECT estimate(CAST(status = 'awarded' AS INTEGER)) FROM micro_credential
