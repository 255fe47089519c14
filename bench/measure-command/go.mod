module kees/bench/measure-command

go 1.25
