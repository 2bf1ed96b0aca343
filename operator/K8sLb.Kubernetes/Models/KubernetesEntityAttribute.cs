namespace K8sLb.Kubernetes.Models;

/// <summary>Where the API serves a type.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityAttribute : Attribute
{
    /// <summary>Empty for the core group.</summary>
    public string Group { get; set; } = "";

    /// <summary>The version without the group, such as <c>v1</c>.</summary>
    public required string ApiVersion { get; set; }
    public required string Kind { get; set; }

    /// <summary>The name in the URL, such as <c>pods</c>.</summary>
    public required string PluralName { get; set; }
}
