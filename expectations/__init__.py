"""Great Expectations-sviter, en modul per ämne; regelns id och svensk text står i varje förväntans meta."""
