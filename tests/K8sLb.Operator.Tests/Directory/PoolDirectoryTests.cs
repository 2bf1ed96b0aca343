using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;

namespace K8sLb.Operator.Tests.Directory;

public sealed class PoolDirectoryTests
{
    private readonly List<string> changed = [];
    private readonly PoolDirectory directory;

    public PoolDirectoryTests() => directory = new PoolDirectory(key => changed.Add(key.Name));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pool_has_the_pods_that_it_selects_whichever_came_first(bool podsFirst)
    {
        if (podsFirst)
        {
            Add(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c", app: "other"));
            Add(Sample.Pool("shop"));
        }
        else
        {
            Add(Sample.Pool("shop"));
            Add(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c", app: "other"));
        }

        Pods("shop").ShouldBe(["a", "b"]);
        FindPod("a").ShouldBe("shop");
        FindPod("c").ShouldBeNull();
    }

    [Fact]
    public void A_pod_that_changes_its_labels_changes_its_pool()
    {
        Add(Sample.Pool("shop"), Sample.Pool("other", app: "other"));
        Add(Sample.Pod("a"));
        changed.Clear();

        Add(Sample.Pod("a", app: "other"));

        Pods("shop").ShouldBeEmpty();
        Pods("other").ShouldBe(["a"]);
        changed.ShouldBe(["shop", "other"], ignoreOrder: true);
    }

    [Fact]
    public void Only_pools_that_see_a_change_are_told()
    {
        Add(Sample.Pool("shop"), Sample.Pool("other", app: "other"));
        Add(Sample.Pod("a"));
        changed.Clear();

        Add(Sample.Pod("a"));
        changed.ShouldBe(["shop"]);

        Remove(Sample.Pod("a"));
        changed.ShouldBe(["shop", "shop"]);
        Pods("shop").ShouldBeEmpty();
    }

    [Fact]
    public void A_pod_that_two_pools_select_belongs_to_the_older_one()
    {
        Add(Sample.Pod("a"), Sample.Pod("b"));
        Add(Sample.Pool("young", age: 1), Sample.Pool("old", age: 2));

        Pods("old").ShouldBe(["a", "b"]);
        Pods("young").ShouldBeEmpty();
        View("young").Conflicts.ShouldBe([new PodConflict("a", "old"), new PodConflict("b", "old")]);
        View("old").Conflicts.ShouldBeEmpty();
        FindPod("a").ShouldBe("old");
    }

    [Fact]
    public void When_the_older_pool_goes_the_younger_one_takes_over()
    {
        Add(Sample.Pod("a"));
        Add(Sample.Pool("young", age: 1), Sample.Pool("old", age: 2));
        changed.Clear();

        directory.OnPool(new StoreChange<BackendPool>(Sample.Pool("old", age: 2), null));

        directory.Find(new ObjectKey("default", "old")).ShouldBeNull();
        Pods("young").ShouldBe(["a"]);
        View("young").Conflicts.ShouldBeEmpty();
        changed.ShouldContain("young");
    }

    [Fact]
    public void A_bad_spec_leaves_the_last_good_one_in_force()
    {
        Add(Sample.Pod("a"));
        Add(Sample.Pool("shop"));
        var good = View("shop").InForce;

        var bad = Sample.Pool("shop", generation: 2);
        bad.Spec!.Ports!.Clear();
        Add(bad);

        View("shop").InForce.ShouldBe(good);
        View("shop").Errors.ShouldHaveSingleItem();
        Pods("shop").ShouldBe(["a"]);

        Add(Sample.Pool("shop", app: "other", generation: 3));
        View("shop").Errors.ShouldBeEmpty();
        Pods("shop").ShouldBeEmpty();
    }

    [Fact]
    public void A_pool_that_was_never_good_has_no_pods()
    {
        Add(Sample.Pod("a"));
        var bad = Sample.Pool("shop");
        bad.Spec = null;
        Add(bad);

        View("shop").InForce.ShouldBeNull();
        FindPod("a").ShouldBeNull();
    }

    [Fact]
    public void A_pool_made_anew_under_its_old_name_starts_afresh()
    {
        Add(Sample.Pod("a"));
        Add(Sample.Pool("shop"));
        var anew = Sample.Pool("shop", app: "other");
        anew.Metadata.Uid = "another";

        Add(anew);

        Pods("shop").ShouldBeEmpty();
        View("shop").Resource.Uid().ShouldBe("another");
    }

    [Fact]
    public void Random_changes_end_where_the_final_state_alone_would()
    {
        var random = new Random(17);
        string[] apps = ["shop", "other"];
        var pools = new Dictionary<string, BackendPool>();
        var pods = new Dictionary<string, V1Pod>();
        for (var step = 0; step < 2000; step++)
        {
            var (name, app) = ($"n{random.Next(6)}", apps[random.Next(2)]);
            switch (random.Next(4))
            {
                case 0:
                    pods[name] = Sample.Pod(name, app);
                    Add(pods[name]);
                    break;
                case 1 when pods.Remove(name, out var pod):
                    Remove(pod);
                    break;
                case 2:
                    pools[name] = Sample.Pool(name, app, age: name[1], generation: step);
                    Add(pools[name]);
                    break;
                case 3 when pools.Remove(name, out var pool):
                    directory.OnPool(new StoreChange<BackendPool>(pool, null));
                    break;
            }
        }

        var fresh = new PoolDirectory(_ => { });
        foreach (var pool in pools.Values)
        {
            fresh.OnPool(new StoreChange<BackendPool>(null, pool));
        }
        foreach (var pod in pods.Values)
        {
            fresh.OnPod(new StoreChange<V1Pod>(null, pod));
        }
        foreach (var pool in pools.Keys)
        {
            var expected = fresh.Find(new ObjectKey("default", pool))!;
            Pods(pool).ShouldBe(expected.Pods.Select(p => p.Name()).Order());
            View(pool).Conflicts.ShouldBe(expected.Conflicts);
        }
    }

    private void Add(params BackendPool[] pools)
    {
        foreach (var pool in pools)
        {
            directory.OnPool(new StoreChange<BackendPool>(null, pool));
        }
    }

    private void Add(params V1Pod[] pods)
    {
        foreach (var pod in pods)
        {
            directory.OnPod(new StoreChange<V1Pod>(null, pod));
        }
    }

    private void Remove(V1Pod pod) => directory.OnPod(new StoreChange<V1Pod>(pod, null));

    private PoolView View(string pool) => directory.Find(new ObjectKey("default", pool))!;

    private string[] Pods(string pool) => [.. View(pool).Pods.Select(p => p.Name()).Order()];

    private string? FindPod(string pod) => directory.FindPod(new ObjectKey("default", pod)).Pool?.Name;
}
