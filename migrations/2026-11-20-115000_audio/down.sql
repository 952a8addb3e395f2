DROP TABLE audio_file;
