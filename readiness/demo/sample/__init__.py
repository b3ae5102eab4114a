"""An invented company with its pilots: what happened there (`data`), and the playing of it through the actions."""
