namespace K8sLb.Demo;

/// <summary>The demo cannot go on; the message tells the user why, and what would help where that is known.</summary>
internal class DemoException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>This machine cannot run a node.</summary>
internal sealed class NoClusterException(string message) : DemoException(message);
