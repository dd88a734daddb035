"""Whoever speaks Chat Completions: OpenAI, Gemini's compatible endpoint, vLLM, Ollama."""
