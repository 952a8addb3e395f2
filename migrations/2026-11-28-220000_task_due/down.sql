DROP INDEX task_due;
