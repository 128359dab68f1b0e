SELECT estimate(unit_price) FROM pd_cost WHERE unit = 'coach year'
