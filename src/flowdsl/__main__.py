"""python -m flowdsl"""

from flowdsl.cli.main import main

if __name__ == "__main__":
    main()
