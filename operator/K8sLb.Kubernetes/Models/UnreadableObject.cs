namespace K8sLb.Kubernetes.Models;

/// <summary>
/// An object whose fields are not of the types expected, for example one stored under an older schema, which servers hand out as it
/// is. It is reported by itself, so that it hides no other.
/// </summary>
/// <param name="Problem">Names the field.</param>
public sealed record UnreadableObject(ObjectKey Key, string Problem);
