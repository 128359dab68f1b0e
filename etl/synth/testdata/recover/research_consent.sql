SELECT estimate(CAST(consented AS INTEGER)) FROM research_consent
