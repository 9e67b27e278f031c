"""What agencies handed in, counted for their scorecard."""
