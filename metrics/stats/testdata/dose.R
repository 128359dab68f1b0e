# Writes dose.json: dose response on lalonde, earnings of 1978 by years of
# schooling, binned and by generalized propensity score. Run with Rscript in this folder.
suppressMessages(library(sandwich))
d <- read.csv("lalonde.csv")
i <- seq_len(nrow(d))
d$w <- 0.5 + (i %% 7) / 4
village <- i %% 40
bin <- cut(d$educ, c(-Inf, 8, 11, 13, Inf), right = FALSE)
m <- lm(re78 ~ bin + age + married, d, weights = w)
v <- vcovCL(m, village, type = "HC1")
b <- coef(m)[2:4]
dose <- lm(educ ~ age + married + re74, d, weights = w)
s <- sqrt(weighted.mean(resid(dose)^2, d$w))
r <- function(t) dnorm(t, fitted(dose), s)
d$r <- r(d$educ)
y <- lm(re78 ~ educ + I(educ^2) + r + I(r^2) + educ:r, d, weights = w)
curve <- sapply(c(6, 9, 12, 15), function(t) weighted.mean(predict(y, transform(d, educ = t, r = r(t))), d$w))
out <- list(effects = unname(b), se = unname(sqrt(diag(v)[2:4])), f = drop(t(b) %*% solve(v[2:4, 2:4]) %*% b) / 3,
  rows = unname(c(table(bin))), curve = curve)
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE), "dose.json")
