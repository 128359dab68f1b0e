/* head /* nested */ */ SELECT -- why
 1 /* tail */ -- end