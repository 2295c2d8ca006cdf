"""What one learner did and what comes next: the progress file, the schedule, the drill, the test of lesson 10."""
