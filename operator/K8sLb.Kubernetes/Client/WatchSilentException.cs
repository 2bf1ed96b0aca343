namespace K8sLb.Kubernetes;

/// <summary>
/// Nothing arrived on a watch for so long that its connection may be half-open. Nothing is lost: another watch goes on from the last
/// version. It also happens to good watches of resources that never change, for which servers send no bookmarks.
/// </summary>
public sealed class WatchSilentException(string message) : TimeoutException(message);
