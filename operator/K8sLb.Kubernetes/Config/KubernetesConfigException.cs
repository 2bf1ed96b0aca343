namespace K8sLb.Kubernetes;

/// <summary>The configuration cannot be used. The message names the file and field (or variable), what it holds and what would be right.</summary>
public sealed class KubernetesConfigException(string message, Exception? inner = null) : Exception(message, inner);
