-- Estimators: a value and its standard error.
-- A mean of independent draws, with its standard error.
CREATE MACRO estimate(x) AS {'value': avg(x), 'se': stddev_samp(x) / sqrt(count(x))};
CREATE MACRO quotient(a, b) AS {'value': a.value / b.value, 'se': abs(a.value / b.value) * sqrt((a.se / a.value) ** 2 + (b.se / b.value) ** 2)};
CREATE MACRO difference(a, b) AS {'value': a.value - b.value, 'se': sqrt(a.se ** 2 + b.se ** 2)};
-- A ratio of means of one sample, less one; the error by linearisation.
CREATE MACRO gain(y, x) AS {'value': avg(y) / avg(x) - 1,
    'se': sqrt(var_samp(y) - 2 * avg(y) / avg(x) * covar_samp(x, y) + (avg(y) / avg(x)) ** 2 * var_samp(x)) / avg(x) / sqrt(count(*))};
CREATE MACRO slope(y, x) AS {'value': regr_slope(y, x), 'se': sqrt((1 - corr(y, x) ** 2) * var_samp(y) / var_samp(x) / (count(*) - 2))};
CREATE MACRO correlation(x, y) AS {'value': corr(x, y), 'se': (1 - corr(x, y) ** 2) / sqrt(count(*))};
CREATE MACRO nearly(x, se) AS {'value': x, 'se': se};
CREATE MACRO exactly(x) AS {'value': x, 'se': 1e-9};
