"""Records of VERIS, the Vocabulary for Event Recording and Incident Sharing, read as incidents."""
