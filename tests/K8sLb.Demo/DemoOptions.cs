namespace K8sLb.Demo;

/// <summary>
/// <c>ACT=scale</c>, <c>KEEP=1</c>, <c>CLUSTER=current</c>, <c>DEMO_ADDRESS</c> and <c>HELM_VALUES</c> by environment, as make passes them on; <c>--json</c> as an argument.
/// </summary>
internal sealed record DemoOptions
{
    public DemoAct Act { get; init; }

    /// <summary>Leaves the cluster up.</summary>
    public bool Keep { get; init; }

    /// <summary>Uses the kubeconfig at hand instead of a local node.</summary>
    public bool CurrentCluster { get; init; }

    /// <summary>With the current cluster: a node's address that this machine reaches. Null: a node's InternalIP.</summary>
    public string? NodeAddress { get; init; }

    /// <summary>Arguments of <c>helm install</c> that this cluster needs: where its nodes find the images, for example.</summary>
    public IReadOnlyList<string> HelmValues { get; init; } = [];

    /// <summary>How late kube-proxy is, on a local node.</summary>
    public TimeSpan EndpointLag { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Of a local cluster: 1 to 3.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Archives of images that a local node gets beside those of this tree.</summary>
    public IReadOnlyList<string> MoreImages { get; init; } = [];

    /// <summary>Lines of JSON instead of a table.</summary>
    public bool Json { get; init; }

    /// <exception cref="ArgumentException">The message names the argument or variable, its value and what would be right.</exception>
    public static DemoOptions Parse(IReadOnlyList<string> args, Func<string, string?> environment)
    {
        if (args.FirstOrDefault(a => a != "--json") is { } unknown)
        {
            throw new ArgumentException($"unknown argument {unknown}; there is --json");
        }
        return new()
        {
            Json = args.Contains("--json"),
            Act = Text("ACT") switch
            {
                null or "restart" => DemoAct.Restart,
                "scale" => DemoAct.Scale,
                var other => throw new ArgumentException($"ACT={other}; it takes restart or scale"),
            },
            Keep = Text("KEEP") switch
            {
                null or "0" => false,
                "1" => true,
                var other => throw new ArgumentException($"KEEP={other}; it takes 0 or 1"),
            },
            CurrentCluster = Text("CLUSTER") switch
            {
                null or "local" => false,
                "current" => true,
                var other => throw new ArgumentException($"CLUSTER={other}; it takes local or current"),
            },
            NodeAddress = Text("DEMO_ADDRESS"),
            HelmValues = Text("HELM_VALUES")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [],
        };

        string? Text(string name) => environment(name) is { Length: > 0 } text ? text : null;
    }
}
