# Lists and reads tables by RPostgreSQL and dbplyr.
args <- commandArgs(TRUE)
suppressMessages({library(DBI); library(RPostgreSQL); library(dplyr)})
options(warn = -1)
con <- dbConnect(PostgreSQL(), host = args[1], port = as.integer(args[2]), user = args[3], password = args[4], dbname = "weir")
cat(sort(dbListTables(con)), "\n")
cat(dbExistsTable(con, "teacher"), dbExistsTable(con, "nothing"), "\n")
cat(dbListFields(con, "district"), "\n")
print(dbGetQuery(con, "SELECT school_id, count(*) AS n FROM teacher GROUP BY 1 ORDER BY 1"))
summary <- tbl(con, "teacher") %>% filter(years_experience > 1) %>% group_by(school_id) %>%
  summarise(n = n(), m = mean(years_experience, na.rm = TRUE)) %>% arrange(school_id) %>% collect()
print(as.data.frame(summary))
invisible(dbDisconnect(con))
