"""The worker as the launcher runs it: it ends with the launcher."""

from entrypoints.lifeline import end_with_parent
from entrypoints.worker import main

if __name__ == "__main__":
    end_with_parent()
    main()
