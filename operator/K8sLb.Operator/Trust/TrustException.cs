namespace K8sLb.Operator.Trust;

/// <summary>The message is for people: what is wrong, and what would put it right. It shows nothing of a key.</summary>
internal sealed class TrustException(string message, Exception? inner = null) : Exception(message, inner);
