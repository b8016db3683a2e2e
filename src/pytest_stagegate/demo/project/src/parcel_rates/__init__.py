"""What does it cost to send this parcel?"""

__version__ = "1.2.0"
