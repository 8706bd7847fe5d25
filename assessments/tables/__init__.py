from assessments.tables.schemes import SchemeTable

__all__ = ["SchemeTable"]
