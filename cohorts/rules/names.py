from trainee_mgmt.kit.names import pinyin_key

__all__ = ["pinyin_key"]
