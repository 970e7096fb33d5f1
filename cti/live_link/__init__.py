"""One WebSocket per browser: what MQTT tells the world, told to each person by right."""
