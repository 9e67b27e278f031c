"""Assessment (绩效评价): sections month by month, classes, scores."""
