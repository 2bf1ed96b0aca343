namespace K8sLb.Load;

internal sealed class RequestFailedException(FailureKind kind, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public FailureKind Kind { get; } = kind;
}
