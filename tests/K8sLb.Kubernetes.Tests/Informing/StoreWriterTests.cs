using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Tests.Informing;

public sealed class StoreWriterTests
{
    private readonly StoreWriter<V1Pod> store = new([
        new Indexer<V1Pod>("node", pod => pod.Spec?.NodeName is { } node ? [node] : []),
    ]);

    [Fact]
    public void A_list_is_told_as_the_difference_to_what_was_there()
    {
        store.Replace(List("10", [Pod("kept", "1"), Pod("changed", "1"), Pod("gone", "1")]));

        var changes = store.Replace(List("20", [Pod("kept", "1"), Pod("changed", "2"), Pod("new", "3")]));

        changes
            .Select(c => $"{c.Kind} {c.Latest.Name()} {c.Latest.ResourceVersion()}")
            .ShouldBe(["Updated changed 2", "Added new 3", "Deleted gone 1"]);
        store.Current.ResourceVersion.ShouldBe("20");
        store.Current.Items.Keys.Select(k => k.Name).Order().ShouldBe(["changed", "kept", "new"]);
    }

    [Fact]
    public void A_namesake_is_a_deletion_and_an_addition()
    {
        store.Replace(List("10", [Pod("a", "1", uid: "old")]));

        var listed = store.Replace(List("20", [Pod("a", "2", uid: "new")]));
        var watched = store.Set(Pod("a", "3", uid: "newer"));

        Describe(listed).ShouldBe(["Deleted old", "Added new"]);
        Describe(watched).ShouldBe(["Deleted new", "Added newer"]);

        static IEnumerable<string> Describe(IEnumerable<StoreChange<V1Pod>> changes) =>
            changes.Select(c => $"{c.Kind} {c.Latest.Uid()}");
    }

    [Fact]
    public void What_is_known_already_is_not_told_again()
    {
        store.Set(Pod("a", "1"));

        store.Set(Pod("a", "1")).ShouldBeEmpty();
        store.Replace(List("5", [Pod("a", "1")])).ShouldBeEmpty();
        Remove(Pod("never-seen", "6")).ShouldBeEmpty();
    }

    [Fact]
    public void A_deletion_tells_the_last_state_and_moves_the_version()
    {
        store.Set(Pod("a", "1"));

        var change = Remove(Pod("a", "7")).ShouldHaveSingleItem();

        change.Kind.ShouldBe(StoreChangeKind.Deleted);
        change.Latest.ResourceVersion().ShouldBe("7");
        store.Current.ResourceVersion.ShouldBe("7");
        store.Current.Items.ShouldBeEmpty();
    }

    [Fact]
    public void What_cannot_be_read_any_more_is_not_taken_for_deleted()
    {
        store.Replace(List("10", [Pod("a", "1"), Pod("b", "1")]));

        var list = List("20", []);
        list.Unreadable = [new UnreadableObject(new ObjectKey("ns", "a"), "a problem")];
        var changes = store.Replace(list);

        changes.ShouldHaveSingleItem().Latest.Name().ShouldBe("b");
        store.Current.Get("a", "ns").ShouldNotBeNull();
        store
            .Remove(new ObjectKey("ns", "a"), null, "30")
            .ShouldHaveSingleItem()
            .Latest.ResourceVersion()
            .ShouldBe("1");
    }

    [Fact]
    public void An_index_forgets_what_moved_or_went()
    {
        store.Replace(List("10", [Pod("a", "1", node: "one"), Pod("b", "1", node: "one"), Pod("c", "1")]));
        Names("one").ShouldBe(["a", "b"]);

        store.Set(Pod("a", "2", node: "two"));
        Remove(Pod("b", "3", node: "one"));

        Names("one").ShouldBeEmpty();
        Names("two").ShouldBe(["a"]);
        store.Replace(List("20", [Pod("c", "15", node: "one")]));
        Names("one").ShouldBe(["c"]);
        Names("two").ShouldBeEmpty();

        IEnumerable<string> Names(string node) => store.Current.ByIndex("node", node).Select(p => p.Name()).Order();
    }

    [Fact]
    public void An_index_that_does_not_exist_is_named_with_those_that_do() =>
        Should
            .Throw<ArgumentException>(() => store.Current.ByIndex("app", "shop"))
            .Message.ShouldStartWith("no indexer 'app'; there are: node");

    [Fact]
    public void A_snapshot_that_was_taken_does_not_change()
    {
        store.Set(Pod("a", "1"));
        var before = store.Current;

        store.Set(Pod("b", "2"));
        Remove(Pod("a", "3"));

        before.Items.Keys.Select(k => k.Name).ShouldBe(["a"]);
    }

    private IReadOnlyList<StoreChange<V1Pod>> Remove(V1Pod pod) => store.Remove(pod.Key(), pod, pod.ResourceVersion());

    private static KubernetesList<V1Pod> List(string version, IList<V1Pod> items) =>
        new()
        {
            Metadata = new V1ListMeta { ResourceVersion = version },
            Items = items,
        };

    private static V1Pod Pod(string name, string version, string? uid = null, string? node = null) =>
        new()
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = "ns",
                Uid = uid ?? $"uid of {name}",
                ResourceVersion = version,
            },
            Spec = new V1PodSpec { NodeName = node },
        };
}
