using YamlDotNet.RepresentationModel;

namespace K8sLb.Kubernetes;

/// <summary>A place in a kubeconfig file that knows its own name, so that every error can say where it is.</summary>
/// <param name="Node">Null where the file has no such field.</param>
internal sealed record ConfigField(string File, string Path, YamlNode? Node)
{
    public bool Exists => Node is not (null or YamlScalarNode { Value: null or "" });

    public string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(File))!;

    /// <summary>Null where the field is missing or empty.</summary>
    public string? Text =>
        Node switch
        {
            null => null,
            YamlScalarNode { Value: null or "" } => null,
            YamlScalarNode scalar => scalar.Value,
            _ => throw Error("is a mapping or list; it must be a text"),
        };

    public bool Flag =>
        Text switch
        {
            null => false,
            "true" => true,
            "false" => false,
            var other => throw Error($"is '{other}'; it must be true or false"),
        };

    public ConfigField this[string key] =>
        Node switch
        {
            null or YamlScalarNode { Value: null or "" } => new ConfigField(File, Child(key), null),
            YamlMappingNode mapping => new ConfigField(
                File,
                Child(key),
                mapping.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null
            ),
            _ => throw Error("is not a mapping; it must hold fields"),
        };

    public string Required(string wanted) => Text ?? throw Error($"is missing; it must be {wanted}");

    /// <summary>Bytes that the field holds in base64.</summary>
    public byte[] Base64()
    {
        try
        {
            return Convert.FromBase64String(Required("base64"));
        }
        catch (FormatException e)
        {
            throw Error("is not base64", e);
        }
    }

    /// <summary>The entries of a list of <c>{name, ...}</c>, by name. The first of a name counts, as in kubectl.</summary>
    public IEnumerable<(string Name, ConfigField Entry)> NamedEntries()
    {
        if (!Exists)
        {
            yield break;
        }
        if (Node is not YamlSequenceNode list)
        {
            throw Error("is not a list; it must be a list of entries with a name");
        }
        for (var i = 0; i < list.Children.Count; i++)
        {
            var entry = new ConfigField(File, $"{Path}[{i}]", list.Children[i]);
            var name = entry["name"].Required("the entry's name");
            yield return (name, entry with { Path = $"{Path}[name={name}]" });
        }
    }

    public KubernetesConfigException Error(string problem, Exception? inner = null)
    {
        var line = Node is null ? "" : $":{Node.Start.Line}";
        return new KubernetesConfigException($"{File}{line}: {Path} {problem}", inner);
    }

    private string Child(string key) => Path.Length == 0 ? key : $"{Path}.{key}";
}
