namespace K8sLb.Demo;

/// <summary>The demo cannot go on; the message tells the user why, and what would help where that is known.</summary>
internal sealed class DemoException(string message, Exception? inner = null) : Exception(message, inner);
