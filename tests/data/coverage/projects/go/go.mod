module example.org/tariffs

go 1.19
