# Writes panel.json: two-way fixed effects on part of mpdta, with every unit's
# dummy in the model. Run with Rscript in this folder.
suppressMessages({library(sandwich); library(clubSandwich)})
d <- read.csv("mpdta.csv")
d <- d[d$first.treat %in% c(0, 2006) & d$countyreal %% 4 == 1, ]
d <- d[!(d$countyreal %% 7 == 3 & d$year == 2005), ] # not balanced
d$on <- as.numeric(d$first.treat == 2006 & d$year >= 2006)
event <- ifelse(d$first.treat == 0, -1, d$year - d$first.treat)
state <- d$countyreal %/% 1000
d$w <- 1 + d$countyreal %% 3
for (e in c(-3, -2, 0, 1)) d[[paste0("e", e + 3)]] <- as.numeric(event == e)
static <- function(weighted) {
  m <- if (weighted) lm(lemp ~ on + factor(countyreal) + factor(year), d, weights = w) else
    lm(lemp ~ on + factor(countyreal) + factor(year), d)
  out <- list(estimate = coef(m)[["on"]])
  by <- list(unit = d$countyreal, state = state)
  for (g in names(by)) {
    out[[paste0("cr0_", g)]] <- sqrt(vcovCR(m, by[[g]], "CR0")["on", "on"])
    if (!weighted) {
      v <- vcovCR(m, by[[g]], "CR2")
      out[[paste0("cr2_", g)]] <- sqrt(v["on", "on"])
      out[[paste0("df_", g)]] <- coef_test(m, v, test = "Satterthwaite", coefs = "on")$df
    }
  }
  out
}
m <- lm(lemp ~ e0 + e1 + e3 + e4 + factor(countyreal) + factor(year), d)
v <- vcovCR(m, d$countyreal, "CR1")
names <- c("e0", "e1", "e3", "e4")
b <- coef(m)[c("e0", "e1")]
out <- list(plain = static(FALSE), weighted = static(TRUE), rows = nrow(d),
  events = unname(coef(m)[names]), se = unname(sqrt(diag(v)[names])),
  pretrend = drop(t(b) %*% solve(as.matrix(v)[c("e0", "e1"), c("e0", "e1")]) %*% b) / 2)
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE), "panel.json")
