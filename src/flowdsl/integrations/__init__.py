"""What a Task's Resource means: services, actions, parameters, results, errors and permissions, by AWS's own names."""
