SELECT estimate(CAST(relevance_rating <= 2 AS INTEGER)) FROM pd_engagement JOIN pd_program USING (program_id) WHERE personalized
