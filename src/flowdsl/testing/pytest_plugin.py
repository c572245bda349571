"""The pytest plugin. It imports flowdsl inside hooks and fixtures only, so that other projects' tests do not pay for it."""
