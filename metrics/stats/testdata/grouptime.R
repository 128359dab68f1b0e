# Writes grouptime.json: doubly robust ATT(g,t) on mpdta given lpop, against
# never-treated counties, with errors from numerical derivatives of the
# estimator by each unit's weight. Run with Rscript in this folder.
d <- read.csv("mpdta.csv")
strict <- list(epsilon = 1e-14, maxit = 50)
att <- function(w, D, dy, x) {
  e <- fitted(glm(D ~ x, quasibinomial, weights = w, control = strict))
  r <- dy - predict(lm(dy ~ x, weights = w * (1 - D)), data.frame(x = x))
  weighted.mean(r, w * D) - weighted.mean(r, w * (1 - D) * e / (1 - e))
}
out <- list()
for (g in c(2004, 2006, 2007)) for (t in 2004:2007) {
  base <- if (t < g) t - 1 else g - 1
  s <- d[d$first.treat %in% c(0, g), ]
  wide <- merge(s[s$year == t, c("countyreal", "lemp")], s[s$year == base, ], by = "countyreal")
  D <- as.numeric(wide$first.treat == g); dy <- wide$lemp.x - wide$lemp.y
  one <- rep(1, nrow(wide)); h <- 1e-3
  slope <- sapply(seq_along(one), function(i) {
    up <- one; up[i] <- 1 + h; down <- one; down[i] <- 1 - h
    (att(up, D, dy, wide$lpop) - att(down, D, dy, wide$lpop)) / (2 * h)
  })
  out <- c(out, list(list(group = g, period = t, att = att(one, D, dy, wide$lpop), se = sqrt(sum(slope^2)))))
}
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE), "grouptime.json")
