SELECT estimate(self_level - benchmark_level) FROM skill_assessment
