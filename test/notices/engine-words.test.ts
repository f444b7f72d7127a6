import { describe, expect, it } from 'vitest';
import { messageFor } from '../../shared/notices/message.ts';
import { aJob } from '../make.ts';
import { calledWords, kindWords } from '../../shared/notices/engine-words.ts';
